@org.jspecify.annotations.NullMarked
package io.postern.rules.hops;
