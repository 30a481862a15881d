@org.jspecify.annotations.NullMarked
package io.postern.bounds;
