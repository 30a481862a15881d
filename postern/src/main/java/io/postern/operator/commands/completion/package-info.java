/** Completion of a command line by bash and zsh: picocli's script, and names that the API knows. */
@NullMarked
package io.postern.operator.commands.completion;

import org.jspecify.annotations.NullMarked;
