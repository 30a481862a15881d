/** Commands for contexts, for signing in, and for local users (docs/guides/users.md). */
@NullMarked
package io.postern.operator.commands.access;

import org.jspecify.annotations.NullMarked;
