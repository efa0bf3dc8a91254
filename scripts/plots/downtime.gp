# Downtime and lost traffic by strategy, with intervals. Data, two blocks: y mean low high colour.
figure = "downtime"
load figure . "-numbers.gp"
load "common.gp"
data = figure . "-data.dat"
do for [form in "svg png"] {
    load "terminal.gp"
    set multiplot
    array lefts[2] = [downtime_left, lost_left]
    array rights[2] = [downtime_right, lost_right]
    array ends[2] = [downtime_greatest, lost_greatest]
    array kinds[2] = [downtime_unit, lost_unit]
    do for [i = 1:2] {
        left = lefts[i]
        right = rights[i]
        bottom = downtime_bottom
        top = downtime_top
        load "panel.gp"
        unset ytics
        set grid xtics
        set xrange [0:ends[i]]
        set yrange [bottom * height:top * height]
        set xlabel (i == 1 ? "mean downtime (" : "mean lost (") . word(units, kinds[i]) . ")" textcolor rgb "#444444"
        plot data index i - 1 using ($2 / 2):1:($2 / 2):(bar / 2):5 with boxxyerror lc rgb variable, \
             data index i - 1 using 2:1:3:4 with xerrorbars pt -1 lw 1.4 lc rgb "#222222"
    }
    load "layer.gp"
    unset multiplot
    unset output
}
