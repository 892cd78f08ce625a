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

    /// <summary>How long tests may take without a fault.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    /// <summary>How much longer they may take with a fault: an endless loop ends there.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly string[] s_places =
    [
        "PatchTools.Engine.Tests.Evaluation.",
        "PatchTools.Engine.Tests.Reporting.",
        "PatchTools.Engine.Tests.Reboot.",
        "PatchTools.Engine.Tests.State.FirstSeenFileTests",
        "PatchTools.Engine.Tests.PackageManagers.RecordedHostTests",
        "PatchTools.Engine.Tests.PackageManagers.Apt.DebianVersionTests",
        "PatchTools.Engine.Tests.PackageManagers.Rpm.RpmVersionTests",
    ];

    // Slow, and what they notice others notice too.
    private static readonly string[] s_leftOut = ["ManyPatterns", "EvaluationProperty"];

    /// <returns>0 when every fault was tried; 3 when the process has to be started again for the rest.</returns>
    public static int Run(string order)
    {
        Environment.SetEnvironmentVariable(Variable, null);
        var files = order.Split(':');
        var (list, results) = (File.ReadLines(files[0]).Select(l => l.Split('\t')).ToList(), files[1]);
        var known = File.Exists(results) ? File.ReadLines(results).Select(l => l.Split('\t')[0]).ToHashSet() : [];
        var tests = Recorded(results + ".tests");
        foreach (var fault in list.Where(f => !known.Contains(f[0])))
        {
            // If the process dies of it, that is what became of it.
            File.WriteAllText(results + ".current", string.Join('\t', fault));
            var number = int.Parse(fault[0], CultureInfo.InvariantCulture);
            var reaching = tests.Where(t => t.Reached.Contains(number)).OrderBy(t => t.Took).ToList();
            var end = reaching.Count == 0 ? "not reached" : "survived";
            MutantSwitch.Active = number;
            var trying = Task.Run(() => reaching.Select(t => t.Test).FirstOrDefault(t => !t.Holds())?.Name);
            var isOver = trying.Wait(s_patience + TimeSpan.FromMilliseconds(5 * reaching.Sum(t => t.Took)));
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

    /// <summary>Which test reaches which faults; kept for the process that goes on after this one.</summary>
    private static List<(Case Test, HashSet<int> Reached, double Took)> Recorded(string kept)
    {
        var all = Case.All(s_places, s_leftOut).ToList();
        if (!File.Exists(kept))
            File.WriteAllLines(kept, all.Select(Record));
        List<(Case, HashSet<int>, double)> tests = [];
        foreach (var (test, line) in all.Zip(File.ReadLines(kept)))
        {
            var fields = line.Split('\t');
            if (fields[1].Length > 0)
                tests.Add(
                    (
                        test,
                        [.. fields[1].Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture))],
                        double.Parse(fields[0], CultureInfo.InvariantCulture)
                    )
                );
        }

        return tests;
    }

    // 12.5	17 18 19
    private static string Record(Case test)
    {
        MutantSwitch.Records = true;
        _ = MutantSwitch.Reached();
        var clock = Stopwatch.StartNew();
        var holds = Task.Run(test.Holds);
        var isFit = holds.Wait(s_longest) && holds.Result;
        if (!isFit)
            Console.WriteLine($"without a fault it does not hold, so it is left out: {test.Name}");
        var reached = string.Join(' ', isFit ? MutantSwitch.Reached() : []);
        MutantSwitch.Records = false;
        return string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalMilliseconds}\t{reached}");
    }

    /// <summary>One case of a test.</summary>
    private sealed record Case(MethodInfo Method, object?[] Arguments)
    {
        public string Name => $"{Method.DeclaringType!.Name}.{Method.Name}";

        public static IEnumerable<Case> All(string[] places, string[] leftOut) =>
            from type in typeof(Trial).Assembly.GetTypes()
            where type is { IsClass: true, IsAbstract: false, FullName: not null }
            where places.Any(p => type.FullName!.StartsWith(p, StringComparison.Ordinal))
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
