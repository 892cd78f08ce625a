using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Xunit;
using Xunit.v3;

namespace PatchTools.Mutants;

/// <summary>
/// Tries faults one after the other against the tests that reach them, in one process and without a test runner: a
/// fault costs as much as its tests, a few milliseconds. Compiled into the tests of a copy by <c>.ci/mutants</c>, and
/// started by the environment variable <c>PATCHTOOLS_TRIAL</c>: the list of faults, and the file of what became of
/// them.
/// </summary>
internal static class Trial
{
    public const string Variable = "PATCHTOOLS_TRIAL";

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    private static readonly string[] s_namespaces =
    [
        "PatchTools.Engine.Tests.Evaluation",
        "PatchTools.Engine.Tests.Reporting",
        "PatchTools.Engine.Tests.Reboot",
        "PatchTools.Engine.Tests.State",
        "PatchTools.Engine.Tests.PackageManagers",
    ];

    // Slow, and what they notice others notice too.
    private static readonly string[] s_leftOut =
    [
        "Fuzz",
        "ManyPatterns",
        "Rig",
        "AtomicFile",
        "SqliteFile",
        "FullDisk",
    ];

    /// <returns>0 when every fault was tried; 3 when the process has to be started again for the rest.</returns>
    public static int Run(string order)
    {
        Environment.SetEnvironmentVariable(Variable, null);
        var files = order.Split(':');
        var (list, results) = (File.ReadLines(files[0]).Select(l => l.Split('\t')).ToList(), files[1]);
        var known = File.Exists(results) ? File.ReadLines(results).Select(l => l.Split('\t')[0]).ToHashSet() : [];
        var tests = Recorded();
        foreach (var fault in list.Where(f => !known.Contains(f[0])))
        {
            // If the process dies of it, that is what became of it.
            File.WriteAllText(results + ".current", string.Join('\t', fault));
            var number = int.Parse(fault[0], CultureInfo.InvariantCulture);
            var reaching = tests.Where(t => t.Reached.Contains(number)).OrderBy(t => t.Took).ToList();
            var end = reaching.Count == 0 ? "not reached" : "survived";
            MutantSwitch.Active = number;
            var trying = Task.Run(() => reaching.Find(t => !t.Test.Holds()) is { } killer ? killer.Test.Name : null);
            var isOver = trying.Wait(s_longest);
            MutantSwitch.Active = -1;
            if (!isOver)
                end = "timeout";
            else if (trying.Result is { } name)
                end = $"killed\t{name}";
            File.AppendAllText(results, $"{string.Join('\t', fault)}\t{end}\n");
            if (!isOver)
                return 3;
        }

        File.Delete(results + ".current");
        return 0;
    }

    private static List<(Case Test, HashSet<int> Reached, TimeSpan Took)> Recorded()
    {
        List<(Case, HashSet<int>, TimeSpan)> tests = [];
        MutantSwitch.Records = true;
        foreach (var test in Case.All(s_namespaces, s_leftOut))
        {
            _ = MutantSwitch.Reached();
            var clock = Stopwatch.StartNew();
            var holds = Task.Run(test.Holds);
            if (!holds.Wait(s_longest) || !holds.Result)
            {
                Console.WriteLine($"without a fault it does not hold, so it is left out: {test.Name}");
                continue;
            }

            var reached = MutantSwitch.Reached().ToHashSet();
            if (reached.Count > 0)
                tests.Add((test, reached, clock.Elapsed));
        }

        MutantSwitch.Records = false;
        Console.WriteLine($"{tests.Count} tests reach the faults");
        return tests;
    }

    /// <summary>One case of a test.</summary>
    private sealed record Case(MethodInfo Method, object?[] Arguments)
    {
        public string Name => $"{Method.DeclaringType!.Name}.{Method.Name}";

        public static IEnumerable<Case> All(string[] namespaces, string[] leftOut) =>
            from type in typeof(Trial).Assembly.GetTypes()
            where type is { IsClass: true, IsAbstract: false, Namespace: not null }
            where namespaces.Any(n => type.Namespace!.StartsWith(n, StringComparison.Ordinal))
            where !leftOut.Any(l => type.Name.Contains(l, StringComparison.Ordinal))
            where type.GetConstructor(Type.EmptyTypes) is not null
            from method in type.GetMethods()
            where method.GetCustomAttribute<FactAttribute>() is { Explicit: false } && !method.IsGenericMethod
            from arguments in Rows(method)
            select new Case(method, arguments);

        /// <summary>Whether it passes, or says that it cannot be tried here.</summary>
        public bool Holds()
        {
            try
            {
                var instance = Method.IsStatic ? null : Activator.CreateInstance(Method.DeclaringType!);
                try
                {
                    if (instance is IAsyncLifetime begin)
                        begin.InitializeAsync().AsTask().GetAwaiter().GetResult();
                    if (Method.Invoke(instance, Arguments) is Task task)
                        task.GetAwaiter().GetResult();
                }
                finally
                {
                    if (instance is IAsyncDisposable end)
                        end.DisposeAsync().AsTask().GetAwaiter().GetResult();
                    else
                        (instance as IDisposable)?.Dispose();
                }

                return true;
            }
            catch (Exception e)
            {
                return (e is TargetInvocationException ? e.InnerException : e)?.Message.StartsWith(
                        "$XunitDynamicSkip$",
                        StringComparison.Ordinal
                    ) == true;
            }
        }

        private static IEnumerable<object?[]> Rows(MethodInfo method)
        {
            if (method.GetParameters().Length == 0)
                return
                [
                    [],
                ];
            List<object?[]> rows = [];
            foreach (var attribute in method.GetCustomAttributes())
            {
                if (attribute is InlineDataAttribute inline)
                    rows.Add(inline.Data);
                else if (attribute is MemberDataAttributeBase member && member.Arguments.Length == 0)
                    rows.AddRange(Of(member.MemberType ?? method.DeclaringType!, member.MemberName));
            }

            return rows.Select(row => Padded(row, method.GetParameters()));
        }

        private static IEnumerable<object?[]> Of(Type type, string member)
        {
            const BindingFlags flags = BindingFlags.Static | BindingFlags.Public | BindingFlags.FlattenHierarchy;
            var value =
                type.GetProperty(member, flags)?.GetValue(null)
                ?? type.GetField(member, flags)?.GetValue(null)
                ?? type.GetMethod(member, flags, [])?.Invoke(null, []);
            foreach (var row in value as IEnumerable ?? Array.Empty<object>())
                yield return row switch
                {
                    ITheoryDataRow data => data.GetData(),
                    object?[] several => several,
                    _ => [row],
                };
        }

        private static object?[] Padded(object?[] row, ParameterInfo[] parameters)
        {
            if (parameters[^1].GetCustomAttribute<ParamArrayAttribute>() is not null)
            {
                var rest = row[(parameters.Length - 1)..];
                var array = Array.CreateInstance(parameters[^1].ParameterType.GetElementType()!, rest.Length);
                Array.Copy(rest, array, rest.Length);
                return [.. row[..(parameters.Length - 1)], array];
            }

            return [.. parameters.Select((p, i) => i < row.Length ? row[i] : p.DefaultValue)];
        }
    }
}
