@NullMarked
package io.postern.console.life;

import org.jspecify.annotations.NullMarked;
