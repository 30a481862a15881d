/** Commands for connectors one by one. */
@NullMarked
package io.postern.operator.commands.connectors;

import org.jspecify.annotations.NullMarked;
