# The output named by `form`. Plain png, where gnuplot was built without cairo, does as well.
title_font = form eq "svg" ? ",17" : ",13"
heading_font = form eq "svg" ? ",14" : ",11"
if (form eq "svg") {
    set terminal svg noenhanced size int(width), int(height) font "sans-serif,12" background "#ffffff"
} else { if (strstrt(GPVAL_TERMINALS, " pngcairo ") > 0) {
    set terminal pngcairo noenhanced size int(2 * width), int(2 * height) font "sans,9" fontscale 2 linewidth 2 \
        pointscale 2 background "#ffffff"
} else {
    set terminal png noenhanced size int(width), int(height) font "sans,9" background "#ffffff"
} }
set output figure . "." . form
