package dev.baton;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.conditions.ArchConditions.never;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The package table of ARCHITECTURE.md, as rules: who may import whom, and who may touch the machine. */
@AnalyzeClasses(
        packages = "dev.baton",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NotGenerated.class})
class ArchitectureTest {
    private static final String ROOT = "dev.baton";

    /** Package to what it may import of ours. The root package is the composition root and may import all. */
    private static final Map<String, Set<String>> IMPORTS = Map.ofEntries(
            Map.entry("config", Set.of()),
            Map.entry("http", Set.of()),
            Map.entry("kernel", Set.of()),
            Map.entry("tls", Set.of("http")),
            Map.entry("store", Set.of("kernel")),
            Map.entry("reference", Set.of()),
            Map.entry("drain", Set.of()),
            Map.entry("proxy", Set.of("config", "http", "kernel")),
            Map.entry("probe", Set.of("config", "http")),
            Map.entry("telemetry", Set.of("config", "http")),
            Map.entry("requestlog", Set.of("config", "http")),
            Map.entry("metrics", Set.of("config", "http", "tls")),
            Map.entry("otel", Set.of("config", "metrics")),
            Map.entry("profiling", Set.of("http")),
            Map.entry("wire", Set.of("kernel")),
            Map.entry("pull", Set.of("http", "kernel", "reference", "store", "wire")),
            Map.entry("transfer", Set.of("config", "http", "reference", "store", "kernel", "wire", "pull")),
            Map.entry("handover", Set.of("http", "kernel", "transfer")),
            Map.entry("wasm", Set.of("http", "kernel")),
            Map.entry(
                    "admin",
                    Set.of("config", "http", "store", "proxy", "telemetry", "wire", "pull", "transfer", "wasm")),
            Map.entry("sdk", Set.of()));

    @ArchTest
    static final ArchRule everyPackageKeepsToItsImports = classes().should(keepToTheTable());

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("dev.baton.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes().should(liveInANullMarkedPackage());

    @ArchTest
    static final ArchRule onlyKernelCallsNativeCode = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".kernel", ROOT + ".sdk")
            .and()
            .doNotHaveFullyQualifiedName(ROOT + ".Signals")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.sun.jna..", "java.lang.foreign..", "sun.misc..", "jdk.internal..");

    /** Memory is what the SDK hands out, so that all of it knows segments; what makes calls is one class, whose loading may fail. */
    @ArchTest
    static final ArchRule oneClassOfTheSdkCallsNativeCode = noClasses()
            .that()
            .resideInAPackage(ROOT + ".sdk")
            .and()
            .doNotHaveFullyQualifiedName(ROOT + ".sdk.LinuxCalls")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup).*|sun\\.misc\\..*");

    @ArchTest
    static final ArchRule onlyConfigReadsTheEnvironment = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".config")
            .should(accessTargetWhere(describe(
                    "the environment is read",
                    (JavaAccess<?> access) -> access.getTarget().getOwner().isEquivalentTo(System.class)
                            && access.getTarget().getName().equals("getenv"))));

    @ArchTest
    static final ArchRule theSdkNeedsTheJdkAlone = classes()
            .that()
            .resideInAPackage(ROOT + ".sdk")
            .should(never(dependOnClassesThat(describe(
                    "are of neither the JDK nor the SDK",
                    (JavaClass target) -> !target.getPackageName().startsWith("java.")
                            && !target.getPackageName().startsWith("org.jspecify.")
                            && !target.getPackageName().equals(ROOT + ".sdk")))))
            .allowEmptyShould(true);

    private static ArchCondition<JavaClass> keepToTheTable() {
        return new ArchCondition<>("keep to the table of imports") {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                if (from.getPackageName().equals(ROOT)) {
                    return;
                }
                String own = shortName(from);
                Set<String> allowed = IMPORTS.get(own);
                if (allowed == null) {
                    events.add(SimpleConditionEvent.violated(from, from.getName() + " lives in a package of no table"));
                    return;
                }
                from.getDirectDependenciesFromSelf().stream()
                        .filter(edge -> {
                            JavaClass to = edge.getTargetClass().getBaseComponentType();
                            return to.getPackageName().startsWith(ROOT)
                                    && !shortName(to).equals(own)
                                    && !allowed.contains(shortName(to));
                        })
                        .forEach(edge -> events.add(SimpleConditionEvent.violated(edge, edge.getDescription())));
            }
        };
    }

    private static ArchCondition<JavaClass> liveInANullMarkedPackage() {
        return new ArchCondition<>("live in a package marked @NullMarked") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                boolean marked = item.getPackage()
                        .tryGetPackageInfo()
                        .map(info -> info.isAnnotatedWith(NullMarked.class))
                        .orElse(false);
                events.add(new SimpleConditionEvent(item, marked, item.getName()));
            }
        };
    }

    /** "store" of dev.baton.store.ObjectStore; "" for the root. */
    private static String shortName(JavaClass item) {
        String name = item.getPackageName();
        return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
    }

    /** Leaves out what Spring's AOT processing wrote into the class folder. */
    static final class NotGenerated implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("__");
        }
    }
}
