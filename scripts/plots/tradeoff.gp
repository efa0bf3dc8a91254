# Mean duration against mean lost, a panel for each topology. A block each: data (x xlow xhigh y ylow yhigh colour kept),
# others (small dots: x y kept), front (the line through the plans that no other beats in both), none (the level of no
# release). Marks: the lines from a point to its name (x y dx dy, in pixels).
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
        others = figure . "-others.dat"
        plot figure . "-none.dat" index t using 1:2 with lines dt 3 lc rgb grey, \
             figure . "-front.dat" index t using 1:2 with lines lw 1.2 lc rgb "#9db8d2", \
             others index t using 1:($3 == 1 ? $2 : NaN) with points pt 7 ps 0.5 lc rgb "#aaaaaa", \
             others index t using 1:($3 == 1 ? NaN : $2) with points pt 6 ps 0.5 lc rgb "#aaaaaa", \
             data index t using 1:4:2:3:5:6:7 with xyerrorbars pt -1 lw 1.2 lc rgb variable, \
             data index t using 1:($8 == 1 ? $4 : NaN):7 with points pt 7 ps 1.1 lc rgb variable, \
             data index t using 1:($8 == 1 ? NaN : $4):7 with points pt 6 ps 1.1 lw 1.5 lc rgb variable
    }
    load "layer.gp"
    plot figure . "-marks.dat" using 1:2:3:4 with vectors nohead lw 0.7 lc rgb "#888888"
    unset multiplot
    unset output
}
