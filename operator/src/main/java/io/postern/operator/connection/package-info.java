/** How the program reaches an installation. */
@NullMarked
package io.postern.operator.connection;

import org.jspecify.annotations.NullMarked;
