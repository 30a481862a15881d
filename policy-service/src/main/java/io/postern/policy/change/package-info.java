/**
 * The one way to change the directory (docs/decisions/0081-one-way-to-change-the-directory.md). A
 * call of the API makes a {@link io.postern.policy.change.Change} of what it was sent; {@link
 * io.postern.policy.change.DirectoryChanges} compares it with the directory, checks it, and makes
 * it or not; each call answers a refusal by the same problem.
 */
@NullMarked
package io.postern.policy.change;

import org.jspecify.annotations.NullMarked;
