# Mean duration against mean lost, a panel for each topology. Data, a block each: x xlow xhigh y ylow yhigh colour kept.
# Marks, a block each: first the lines from a point to its name (x y dx dy, in pixels), then the level of no release.
figure = "tradeoff"
load figure . "-numbers.gp"
load "common.gp"
data = figure . "-data.dat"
do for [form in "svg png"] {
    load "terminal.gp"
    set multiplot
    do for [t = 0:panels - 1] {
        left = panel_left
        right = panel_right
        top = panel_top - t * pitch
        bottom = panel_bottom - t * pitch
        load "panel.gp"
        if (lost_log) {
            set logscale y
            axis = "y"
            from = lost_least
            to = lost_greatest
            dense = 3.2
            load "logtics.gp"
        }
        set xrange [duration_least:duration_greatest]
        set yrange [lost_least:lost_greatest]
        set xlabel "mean duration (" . word(units, duration_unit) . ")" textcolor rgb "#444444"
        set ylabel "mean lost (" . word(units, lost_unit) . ")" textcolor rgb "#444444"
        plot figure . "-none.dat" index t using 1:2 with lines dt 3 lc rgb grey, \
             data index t using 1:4:2:3:5:6:7 with xyerrorbars pt -1 lw 1.2 lc rgb variable, \
             data index t using 1:($8 == 1 ? $4 : NaN):7 with points pt 7 ps 1.1 lc rgb variable, \
             data index t using 1:($8 == 1 ? NaN : $4):7 with points pt 6 ps 1.1 lw 1.5 lc rgb variable
    }
    load "layer.gp"
    plot figure . "-marks.dat" using 1:2:3:4 with vectors nohead lw 0.7 lc rgb "#888888"
    unset multiplot
    unset output
}
