/** Files in PEM, the one place that reads and writes them. */
@NullMarked
package io.postern.operator.pem;

import org.jspecify.annotations.NullMarked;
