using System.Reflection;

namespace PatchTools.Tests;

/// <summary>Scripts take lists apart with <c>[0]</c>; PowerShell has no indexer for the compiler's own list types and would hand over the whole list.</summary>
public sealed class IndexingTests
{
    [Fact]
    public void The_first_finding_of_a_report_is_one_finding()
    {
        using var session = new Session();
        Assert.Equal(["bash"], session.Run("$args[0].Findings[0].Name", Samples.Report([.. Enumerable.Repeat(Samples.Installed("bash"), 3)])));
        Assert.Equal(["Important"], session.Run("$args[0].Baseline.ApprovalRules[0].Filters[1].Values[1]", Samples.Snapshot()));
        Assert.Equal(["bash"], session.Run("$args[0].Installed[0].Name", Samples.Inventory()));
    }

    [Fact]
    public void Every_list_that_a_script_can_reach_has_a_public_type()
    {
        List<string> hidden = [];
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Visit("report", Samples.NonCompliantReport());
        Visit("snapshot", Samples.Snapshot());
        Assert.Empty(hidden);
        Assert.Contains(seen, value => value is PatchFilter);

        void Visit(string path, object? value)
        {
            if (value is null or string || value.GetType().Assembly != typeof(ComplianceReport).Assembly && value is not System.Collections.IEnumerable || !seen.Add(value))
                return;
            if (value is System.Collections.IEnumerable list)
            {
                if (!value.GetType().IsVisible)
                    hidden.Add($"{path} is a {value.GetType()}");
                foreach (var entry in list.Cast<object?>().Take(3))
                    Visit(path + "[]", entry);
                return;
            }

            foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0))
                Visit($"{path}.{property.Name}", property.GetValue(value));
        }
    }

    [Fact]
    public void A_time_of_the_host_reads_as_a_time() => Assert.Equal("2025-06-24 14:37:46Z", new EpochTime(1750775866.25, IsFractional: true).ToString());
}
