/** Commands for the way from Exchange, and to it. */
@NullMarked
package io.postern.operator.commands.exchange;

import org.jspecify.annotations.NullMarked;
