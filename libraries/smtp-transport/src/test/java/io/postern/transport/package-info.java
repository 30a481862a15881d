@NullMarked
package io.postern.transport;

import org.jspecify.annotations.NullMarked;
