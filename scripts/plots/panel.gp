# A panel between left, right, bottom and top (shares of the sheet), with nothing on it yet.
set lmargin at screen left
set rmargin at screen right
set bmargin at screen bottom
set tmargin at screen top
unset logscale
unset label
set border 3 lc rgb "#888888"
set xtics nomirror autofreq
set ytics nomirror autofreq
set format "%g"
set grid xtics ytics lc rgb "#dddddd" lt 1 lw 0.5
unset xlabel
unset ylabel
