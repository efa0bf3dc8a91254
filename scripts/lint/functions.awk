# Length and cyclomatic complexity of every function: from the line of its opening brace, which stands alone in column 1,
# to that of its closing one. Complexity is 1 and one for each if, for, while, case, &&, || and ?.
BEGIN {
    most_lines = 80
    most_complex = 15
}

FNR == 1 {
    in_function = in_comment = 0
}

# The line without comments, texts and characters.
function bare(line, out, start) {
    out = ""
    while (line != "") {
        if (in_comment) {
            start = index(line, "*/")
            if (!start)
                return out
            line = substr(line, start + 2)
            in_comment = 0
        } else if (match(line, /^"([^"\\]|\\.)*"/) || match(line, /^'([^'\\]|\\.)*'/)) {
            line = substr(line, RLENGTH + 1)
        } else if (substr(line, 1, 2) == "/*") {
            line = substr(line, 3)
            in_comment = 1
        } else if (substr(line, 1, 2) == "//") {
            return out
        } else {
            out = out substr(line, 1, 1)
            line = substr(line, 2)
        }
    }
    return out
}

{
    line = bare($0)
}

/^[A-Za-z_].*\(/ && !in_function {
    name = line
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
}

/^\{/ {
    in_function = 1
    first = FNR
    complexity = 1
}

in_function {
    complexity += gsub(/(^|[^A-Za-z0-9_])(if|for|while|case)[ (]/, "&", line) + gsub(/&&|\|\||\?/, "&", line)
}

/^\}/ && in_function {
    in_function = 0
    lines = FNR - first + 1
    if (lines > most_lines)
        print FILENAME ":" first ": " name " has " lines " lines; " most_lines " are the most"
    if (complexity > most_complex)
        print FILENAME ":" first ": " name " has complexity " complexity "; " most_complex " is the most"
}
