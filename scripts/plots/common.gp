# What the figures share. A figure's numbers are loaded before; its names stand in data files only.
set encoding utf8
set style fill solid 1.0 noborder
set errorbars 0.8
set tics scale 0.5 textcolor rgb "#444444"
set border 3 lc rgb "#888888"
unset key
units = "s min h d"
grey = "#999999"
