@org.jspecify.annotations.NullMarked
package io.postern.delivery.probe;
