/**
 * The directory's owner: validates each command and writes what it changes (DESIGN §9), and the way
 * in for commands.
 */
@NullMarked
package io.postern.policy.directory;

import org.jspecify.annotations.NullMarked;
