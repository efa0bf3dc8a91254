# The objective of the best plan when one figure is moved, a row for each. Data: bars (x0 x1 y half-height colour), then
# intervals (x low high y). The line of the base, from top to bottom, is in none.dat.
figure = "sensitivity"
load figure . "-numbers.gp"
load "common.gp"
data = figure . "-data.dat"
do for [form in "svg png"] {
    load "terminal.gp"
    set multiplot
    left = panel_left
    right = panel_right
    bottom = panel_bottom
    top = panel_top
    load "panel.gp"
    unset ytics
    set xtics nomirror tics_from, tics_step
    set grid xtics
    set border 1 lc rgb "#888888"
    set xrange [least:greatest]
    set yrange [bottom * height:top * height]
    plot data index 0 using (($1 + $2) / 2):3:(abs($2 - $1) / 2):4:5 with boxxyerror lc rgb variable, \
         figure . "-none.dat" using 1:2 with lines lw 1.2 lc rgb "#444444", \
         data index 1 using 1:4:2:3 with xerrorbars pt -1 lw 1.2 lc rgb "#222222"
    load "layer.gp"
    set style fill solid 1.0 noborder
    plot figure . "-marks.dat" using 1:2:(7):(7):3 with boxxyerror lc rgb variable
    unset multiplot
    unset output
}
