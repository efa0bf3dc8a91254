/* scenario/read: nodes into structs, by the table. Includes scenario/fields, scenario/tree. */
#ifndef NINES_SCENARIO_READ_H
#define NINES_SCENARIO_READ_H

#include "scenario/fields.h"
#include "scenario/tree.h"

struct reader {
    struct messages   *messages;
    struct arena      *arena; /* of the scenario */
    const struct node *root;  /* of the tree that is read */
};

bool read_is_misspelt(struct reader *reader, const struct section *section, const char *type, const struct node *map,
                      const char *key);
void read_section(struct reader *reader, const struct section *section, struct node *node, void *base);
void read_trial(struct reader *reader, const struct field *field, struct node *node);
const char *read_type_name(const struct section *section, const struct node *map);
void read_condition(struct reader *reader, struct node *node, struct condition *condition);
void sweep_apply(struct reader *reader, struct arena *tree, struct node *root);
void check_condition(struct reader *reader, struct node *node, const struct condition *condition,
                     const struct slo *slo);
void check_scenario(struct reader *reader, struct draft *draft);
void doubt_scenario(struct reader *reader, const struct draft *draft);
void doubt_sweeps(struct reader *reader, const struct scenario *scenario);
void set_apply(struct arena *arena, struct node *root, const struct override *overrides, int n_overrides,
               struct messages *messages);

#endif
