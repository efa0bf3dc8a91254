# Checks #include "folder/file.h" of sim/ and models/: a folder may include itself and what stands before it here.
BEGIN {
    count = split("base process engine exact models scenario study report apply cli", order, " ")
    for (i = 1; i <= count; i++)
        rank[order[i]] = i
    # models/ describes processes and knows nothing of how they are run.
    forbidden["models", "engine"] = forbidden["models", "exact"] = 1
}

FNR == 1 {
    parts = split(FILENAME, path, "/")
    own = path[1] == "sim" ? path[2] : path[1]
    if (parts > 1 && !(own in rank))
        print FILENAME ": the folder " own " has no place among the layers"
}

/^[ ]*#[ ]*include[ ]*"/ {
    split($0, quoted, "\"")
    other = quoted[2]
    if (sub("/.*", "", other) == 0)
        print FILENAME ":" FNR ": \"" quoted[2] "\" lacks its folder"
    else if (!(other in rank))
        print FILENAME ":" FNR ": \"" quoted[2] "\" is in none of the layers"
    else if (rank[other] > rank[own] || (own, other) in forbidden)
        print FILENAME ":" FNR ": " own " must not include \"" quoted[2] "\""
}
