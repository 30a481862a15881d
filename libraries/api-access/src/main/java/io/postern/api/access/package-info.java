/** What is known in each service of users' roles and sessions (docs/decisions/0089-who-signs.md). */
@NullMarked
package io.postern.api.access;

import org.jspecify.annotations.NullMarked;
