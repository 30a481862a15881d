@NullMarked
package io.postern.stack.example.container;

import org.jspecify.annotations.NullMarked;
