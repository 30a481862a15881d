@org.jspecify.annotations.NullMarked
package io.postern.api.audit;
