/** Ends of the certificates of the links to the log. */
@NullMarked
package io.postern.operator.links;

import org.jspecify.annotations.NullMarked;
