# The texts of the figure, in pixels over the whole sheet. Blocks: left, right, center, title, heading, note, white.
left = 0
right = 1
bottom = 0
top = 1
load "panel.gp"
unset border
unset tics
unset grid
set xrange [0:width]
set yrange [0:height]
texts = figure . "-texts.dat"
plot texts index 0 using 1:2:3 with labels left noenhanced, \
     texts index 1 using 1:2:3 with labels right noenhanced, \
     texts index 2 using 1:2:3 with labels center noenhanced, \
     texts index 3 using 1:2:3 with labels left noenhanced font title_font, \
     texts index 4 using 1:2:3 with labels left noenhanced font heading_font, \
     texts index 5 using 1:2:3 with labels left noenhanced textcolor rgb "#666666", \
     texts index 6 using 1:2:3 with labels center noenhanced textcolor rgb "#ffffff"
