/*
 * Runs a program for some vectors of its rows. Included by engine/kernel_body.h, once for each number of vectors that
 * go together: EVALUATE names what is made, EACH(x, …) is x(0, …) x(1, …) for all of them.
 *
 * What an instruction gives is held in registers, held0 for the first vector and so on, where the next one finds it;
 * it goes to memory only where something else reads it. So all operations stand in one function.
 */
#define HELD(i) held##i
#define NOTHING_HELD(i, ...) num held##i = {0};
#define STORE(i, ...) store(out + i * WIDTH, held##i);

/*
 * The operand of vector i: a row; a constant, loaded once; a row or a constant; none. Where the operation has no c, a
 * table may stand in its place.
 */
#define ROW_A(i) load(at_a + i * WIDTH)
#define ROW_B(i) load(at_b + i * WIDTH)
#define CONSTANT_B(i) constant
#define ANY_A(i) load(at_a + i * step_a)
#define ANY_B(i) load(at_b + i * step_b)
#define ANY_C(i) load(vector_at(w, in->c, v) + i * WIDTH * in->c.step)
#define NONE(i) a

#define VECTOR(i, operand_a, operand_b, operand_c, value)                                               \
    {                                                                                                   \
        num a = operand_a(i), b = operand_b(i), c = operand_c(i);                                       \
        (void)b, (void)c;                                                                               \
        held##i = value;                                                                                \
    }

#define CASE(op, form, operand_a, operand_b, operand_c, value)                                          \
    case (op)*FORMS + (form): {                                                                         \
        const double *at_a = vector_at(w, in->a, v), *at_b = vector_at(w, in->b, v);                    \
        const int step_a = in->a.step * WIDTH, step_b = in->b.step * WIDTH;                             \
        const num constant = load(at_b);                                                                \
        (void)at_a, (void)at_b, (void)step_a, (void)step_b, (void)constant;                             \
        EACH(VECTOR, operand_a, operand_b, operand_c, value)                                            \
    } break;

#define UNARY(op, value)                                                                                \
    CASE(op, FORM_ANY, ANY_A, NONE, NONE, value)                                                        \
    CASE(op, FORM_HELD_A, HELD, NONE, NONE, value)

#define BINARY(op, value)                                                                               \
    CASE(op, FORM_ANY, ANY_A, ANY_B, NONE, value)                                                       \
    CASE(op, FORM_ROWS, ROW_A, ROW_B, NONE, value)                                                      \
    CASE(op, FORM_CONSTANT_B, ROW_A, CONSTANT_B, NONE, value)                                           \
    CASE(op, FORM_HELD_A, HELD, ROW_B, NONE, value)                                                     \
    CASE(op, FORM_HELD_A_CONSTANT_B, HELD, CONSTANT_B, NONE, value)                                     \
    CASE(op, FORM_HELD_B, ANY_A, HELD, NONE, value)

#define TERNARY(op, value)                                                                              \
    CASE(op, FORM_ANY, ANY_A, ANY_B, ANY_C, value)                                                      \
    CASE(op, FORM_HELD_A, HELD, ANY_B, ANY_C, value)                                                    \
    CASE(op, FORM_HELD_B, ANY_A, HELD, ANY_C, value)                                                    \
    CASE(op, FORM_HELD_C, ANY_A, ANY_B, HELD, value)

/* The vectors from v on. */
static void EVALUATE(const struct code *code, const struct work *w, int v)
{
    EACH(NOTHING_HELD, )
    for (const struct instruction *in = code->instructions, *end = in + code->n; in < end; in++) {
        switch (in->kind) {
            UNARY(OP_VARIABLE, a)
            UNARY(OP_TABLE, look_up(in->table, a))
            UNARY(OP_NOT, condition(equal(a, ALL(num, 0.0))))
            BINARY(OP_ADD, a + b)
            BINARY(OP_SUBTRACT, a - b)
            BINARY(OP_MULTIPLY, a * b)
            BINARY(OP_DIVIDE, a / b)
            BINARY(OP_MIN, choose(less(a, b), a, b))
            BINARY(OP_MAX, choose(less(b, a), a, b))
            BINARY(OP_LESS, condition(less(a, b)))
            BINARY(OP_LESS_EQUAL, condition(less_equal(a, b)))
            BINARY(OP_EQUAL, condition(equal(a, b)))
            BINARY(OP_AND, condition(holds(a) & holds(b)))
            BINARY(OP_OR, condition(holds(a) | holds(b)))
            TERNARY(OP_IF, choose(holds(a), b, c))
        default:
            __builtin_unreachable();
        }
        if (in->out >= 0) {
            double *out = w->base[BASE_SCRATCH] + in->out + v * WIDTH;
            EACH(STORE, )
        }
    }
}

#undef EVALUATE
#undef EACH
#undef HELD
#undef NOTHING_HELD
#undef STORE
#undef ROW_A
#undef ROW_B
#undef CONSTANT_B
#undef ANY_A
#undef ANY_B
#undef ANY_C
#undef NONE
#undef VECTOR
#undef CASE
#undef UNARY
#undef BINARY
#undef TERNARY
