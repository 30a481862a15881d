@NullMarked
package io.postern.check;

import org.jspecify.annotations.NullMarked;
