# The output named by `form`. Plain png, where gnuplot was built without cairo, does as well. PNG has two pixels to one
# of the sheet, less where cairo would not take the picture: it knows no more than 32767 a side.
scale = 32000.0 / (height > width ? height : width)
scale = scale > 2 ? 2 : scale
title_font = form eq "svg" ? ",17" : ",13"
heading_font = form eq "svg" ? ",14" : ",11"
if (form eq "svg") {
    set terminal svg noenhanced size int(width), int(height) font "sans-serif,12" background "#ffffff"
} else { if (strstrt(GPVAL_TERMINALS, " pngcairo ") > 0) {
    set terminal pngcairo noenhanced size int(scale * width), int(scale * height) font "sans,9" fontscale scale linewidth scale \
        pointscale scale background "#ffffff"
} else {
    set terminal png noenhanced size int(width), int(height) font "sans,9" background "#ffffff"
} }
set output figure . "." . form
