/** Commands for TLS with one partner: validation, watches, forced TLS. */
@NullMarked
package io.postern.operator.commands.partner;

import org.jspecify.annotations.NullMarked;
