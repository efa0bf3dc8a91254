# Probability of more than a value, a panel for each topology and measure. Data, two blocks for each curve, as far as it
# is sure and the rest: value share. Blocks run over topologies, then measures, then curves (no release at all first).
figure = "exceedance"
load figure . "-numbers.gp"
load "common.gp"
data = figure . "-data.dat"
array lefts[3] = [downtime_left, lost_left, duration_left]
array rights[3] = [downtime_right, lost_right, duration_right]
array leasts[3] = [downtime_least, lost_least, duration_least]
array ends[3] = [downtime_greatest, lost_greatest, duration_greatest]
array logs[3] = [downtime_log, lost_log, duration_log]
array kinds[3] = [downtime_unit, lost_unit, duration_unit]
# No release at all is dark and dashed, above the others, which it often is level with; when the colors are used up, the lines are dashed another way.
color(s) = s == 0 ? 0x444444 : palette[(s - 1) % colors + 1]
turn(s) = (s - 1) / colors % 3
dash(s) = turn(s) == 0 ? 1 : turn(s) == 1 ? 2 : 4
do for [form in "svg png"] {
    load "terminal.gp"
    set multiplot
    do for [t = 0:panels - 1] {
        do for [c = 1:3] {
            left = lefts[c]
            right = rights[c]
            top = downtime_top - t * pitch
            bottom = downtime_bottom - t * pitch
            load "panel.gp"
            set logscale y
            if (logs[c]) { set logscale x }
            set xrange [leasts[c]:ends[c]]
            set yrange [least:100]
            dense = 2
            if (logs[c]) {
                axis = "x"
                from = leasts[c]
                to = ends[c]
                load "logtics.gp"
            }
            axis = "y"
            from = least
            to = 100
            load "logtics.gp"
            set xlabel word("downtime lost duration", c) . " (" . word(units, kinds[c]) . ")" textcolor rgb "#444444"
            if (c == 1) { set ylabel "probability of more (%)" textcolor rgb "#444444" }
            first = (t * 3 + c - 1) * curves
            plot for [s = 0:curves - 1] data index 2 * (first + s) + 1 using 1:2 with lines lw 0.7 lc rgb color(s), \
                 for [s = 1:curves - 1] data index 2 * (first + s) using 1:2 with lines lw 1.8 dt dash(s) lc rgb color(s), \
                 data index 2 * first using 1:2 with lines lw 1.4 dt (9, 9) lc rgb color(0)
        }
    }
    load "layer.gp"
    plot for [s = 1:curves - 1] figure . "-marks.dat" index s using 1:2 with lines lw 1.8 dt dash(s) lc rgb color(s), \
         figure . "-marks.dat" index 0 using 1:2 with lines lw 1.4 dt (9, 9) lc rgb color(0)
    unset multiplot
    unset output
}
