using System.Reflection;
using System.Runtime.CompilerServices;

namespace PatchTools.Tests;

/// <summary>
/// Scripts take lists apart with <c>[0]</c>; PowerShell has no indexer for the compiler's own list types and would hand
/// over the whole list.
/// </summary>
public sealed class IndexingTests
{
    [Fact]
    public void The_first_finding_of_a_report_is_one_finding()
    {
        using var session = new Session();
        Assert.Equal(
            ["bash"],
            session.Run(
                "$args[0].Findings[0].Name",
                Samples.Report([.. Enumerable.Repeat(Samples.Installed("bash"), 3)])
            )
        );
        Assert.Equal(
            ["Important"],
            session.Run("$args[0].Baseline.ApprovalRules[0].Filters[1].Values[1]", Samples.Snapshot())
        );
        Assert.Equal(["bash"], session.Run("$args[0].Installed[0].Name", Samples.Inventory()));
    }

    [Fact]
    public void Every_list_that_a_type_of_the_model_is_given_comes_out_with_a_public_type()
    {
        var lists = typeof(ComplianceReport)
            .Assembly.GetExportedTypes()
            .Where(type => type is { Namespace: "PatchTools", IsClass: true, IsAbstract: false })
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(property =>
                property.CanWrite
                && property.PropertyType.IsGenericType
                && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            )
            .ToList();
        Assert.Contains(lists, property => property is { Name: "Findings", DeclaringType.Name: "ComplianceReport" });
        Assert.All(
            lists,
            property =>
            {
                var owner = RuntimeHelpers.GetUninitializedObject(property.DeclaringType!);
                var hidden = typeof(IndexingTests)
                    .GetMethod(nameof(Hidden), BindingFlags.NonPublic | BindingFlags.Static)!
                    .MakeGenericMethod(property.PropertyType.GetGenericArguments())
                    .Invoke(null, null)!;
                property.SetValue(owner, hidden);
                Assert.True(
                    property.GetValue(owner)!.GetType().IsVisible,
                    $"{property.DeclaringType!.Name}.{property.Name}"
                );
            }
        );
    }

    [Fact]
    public void Every_list_that_a_report_holds_has_a_public_type()
    {
        List<string> hidden = [];
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Visit("report", Samples.NonCompliantReport());
        Assert.Empty(hidden);
        Assert.Contains(seen, value => value is PatchFilter);

        void Visit(string path, object? value)
        {
            // Rows of the catalog are made again at each look and lead back to it.
            if (
                value is null or string or ValueType
                || value.GetType().Assembly != typeof(ComplianceReport).Assembly
                    && value is not System.Collections.IEnumerable
                || !seen.Add(value)
            )
                return;
            if (value is System.Collections.IEnumerable list)
            {
                if (!value.GetType().IsVisible)
                    hidden.Add($"{path} is a {value.GetType()}");
                foreach (var entry in list.Cast<object?>().Take(3))
                    Visit(path + "[]", entry);
                return;
            }

            foreach (
                var property in value
                    .GetType()
                    .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(property => property.GetIndexParameters().Length == 0)
            )
                Visit($"{path}.{property.Name}", property.GetValue(value));
        }
    }

    /// <summary>What the compiler makes of a collection expression.</summary>
    private static IReadOnlyList<T> Hidden<T>() => [.. Enumerable.Repeat(default(T)!, 2)];

    [Fact]
    public void A_time_of_the_host_reads_as_a_time() =>
        Assert.Equal("2025-06-24 14:37:46Z", new EpochTime(1750775866.25, IsFractional: true).ToString());
}
