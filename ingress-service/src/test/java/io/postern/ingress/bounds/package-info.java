@org.jspecify.annotations.NullMarked
package io.postern.ingress.bounds;
