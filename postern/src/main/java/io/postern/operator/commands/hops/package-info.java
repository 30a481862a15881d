/** The commands for next hops that need an operator's approval. */
@org.jspecify.annotations.NullMarked
package io.postern.operator.commands.hops;
