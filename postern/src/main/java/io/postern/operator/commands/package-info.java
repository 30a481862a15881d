/** The subcommands of {@code postern}. */
@NullMarked
package io.postern.operator.commands;

import org.jspecify.annotations.NullMarked;
