@org.jspecify.annotations.NullMarked
package io.postern.console.changes;
