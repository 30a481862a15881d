@org.jspecify.annotations.NullMarked
package io.postern.operator.hybrid;
