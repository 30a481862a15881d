/** The program's connection to an installation. */
@NullMarked
package io.postern.operator.connection;

import org.jspecify.annotations.NullMarked;
