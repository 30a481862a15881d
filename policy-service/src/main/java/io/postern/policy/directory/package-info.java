/**
 * The directory's owner: validates each command and writes what it changes
 * (docs/design/architecture.md, "Directory and administration"), and the way in for commands.
 */
@NullMarked
package io.postern.policy.directory;

import org.jspecify.annotations.NullMarked;
