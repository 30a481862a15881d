/** When the certificates of the links to the log end. */
@NullMarked
package io.postern.operator.links;

import org.jspecify.annotations.NullMarked;
