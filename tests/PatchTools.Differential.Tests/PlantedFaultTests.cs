using System.Text.Json;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Differential.Tests;

/// <summary>
/// The faults that <c>.ci/planted</c> puts into the product on purpose, to see the random hosts find each of them.
/// </summary>
public sealed class PlantedFaultTests
{
    [Fact]
    public void Every_planted_fault_has_its_place()
    {
        var faults = JsonSerializer.Deserialize<IReadOnlyList<PlantedFault>>(
            File.ReadAllText(
                Path.Combine(BuiltHost.RepositoryRoot, "tests/PatchTools.Differential.Tests/PlantedFaults.json")
            )
        )!;
        Assert.Equal(["advisory", "filter", "order"], faults.Select(f => f.Fault).Distinct().Order());
        Assert.All(
            faults,
            fault =>
                Assert.True(
                    File.ReadAllText(Path.Combine(BuiltHost.RepositoryRoot, fault.File)).Split(fault.Text).Length == 2,
                    $"{fault.File} must contain \"{fault.Text}\" exactly once. Correct the text in PlantedFaults.json."
                )
        );
    }

    private sealed record PlantedFault(string Fault, string File, string Text);
}
