/** Commands that ask what connectors decide, and what others would decide. */
@NullMarked
package io.postern.operator.commands.explain;

import org.jspecify.annotations.NullMarked;
