@org.jspecify.annotations.NullMarked
package io.postern.policy.explain;
