/** Commands that ask the read model: messages, lives, refusals, changes, reports. */
@NullMarked
package io.postern.operator.commands.search;

import org.jspecify.annotations.NullMarked;
