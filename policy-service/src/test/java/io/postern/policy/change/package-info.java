/** Tests of the one way to change the directory. */
@NullMarked
package io.postern.policy.change;

import org.jspecify.annotations.NullMarked;
