using System.Management.Automation;
using PatchTools.Commands;
using PatchTools.Native.Table;

namespace PatchTools.Tests.Native;

/// <summary>
/// Neither the cmdlets nor the program have what the other lacks by oversight: every parameter of a cmdlet is an option
/// of the command that stands for it, of the same kind, or one of a few that only a shell with objects can have.
/// </summary>
public sealed class OptionTableTests
{
    private const string AnObject = "an object of the pipeline, which a shell without objects cannot pass";

    /// <summary>Cmdlet, parameter, why the program has no such option.</summary>
    private static readonly (string Cmdlet, string Parameter, string Reason)[] Exceptions =
    [
        ("Invoke-PatchBaseline", "Operation", "it is the command itself: scan or install"),
        ("Get-PatchSnapshot", "Baseline", AnObject),
        ("Get-PatchSnapshot", "Inventory", AnObject),
        ("Get-PatchSnapshot", "Root", "a plan is of this host"),
        ("Get-PatchPlan", "Snapshot", AnObject),
        ("Publish-PatchSummary", "Report", AnObject),
        ("Publish-PatchSummary", "AssociationId", "of a report that is passed; a kept one has its own"),
        ("Publish-PatchSummary", "AssociationSeverity", "as AssociationId"),
        ("Publish-PatchSummary", "Pending", "the only thing that the program has to publish"),
        ("Publish-PatchSummary", "PassThru", "the program always prints the receipts"),
        ("Publish-PatchSummary", "WhatIf", "the cmdlet only names the directory of the kept reports"),
    ];

    public static TheoryData<string> Commands => [.. CommandTable.All.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_takes_what_its_cmdlets_take(string name)
    {
        var command = CommandTable.All.Single(row => row.Name == name);
        var parameters = command
            .Cmdlets.SelectMany(cmdlet =>
                Parameters(cmdlet).Where(parameter => !IsException(cmdlet, parameter.Name)).Select(p => p.Name)
            )
            .Distinct();

        Assert.Equal(
            parameters.Order(StringComparer.Ordinal),
            command
                .Options.Where(option => !option.IsProgramsOwn)
                .Select(option => option.Parameter)
                .Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void An_option_takes_the_words_and_units_of_its_parameter(string name)
    {
        var command = CommandTable.All.Single(row => row.Name == name);
        foreach (var cmdlet in command.Cmdlets)
        foreach (var (parameter, type, unit) in Parameters(cmdlet))
        {
            if (IsException(cmdlet, parameter))
                continue;
            var option = command.Options.Single(row => row.Parameter == parameter);
            Assert.Equal(type == typeof(SwitchParameter), option.IsSwitch);
            Assert.Equal(type.IsEnum ? Enum.GetNames(type) : [], option.Choices);
            Assert.Equal(unit, option.Unit);
        }
    }

    [Fact]
    public void Every_exception_is_of_a_parameter_that_there_is() =>
        Assert.All(
            Exceptions,
            exception =>
                Assert.Contains(Parameters(exception.Cmdlet), parameter => parameter.Name == exception.Parameter)
        );

    [Fact]
    public void Every_word_of_the_table_stands_once_and_is_explained_in_sentences()
    {
        Assert.Equal(
            CommandTable.All.Select(command => command.Name).Distinct(),
            CommandTable.All.Select(command => command.Name)
        );
        Assert.All(
            CommandTable.All,
            command =>
            {
                Assert.EndsWith(".", command.Summary, StringComparison.Ordinal);
                Assert.Equal(
                    command.Options.Select(option => option.Name).Distinct(),
                    command.Options.Select(o => o.Name)
                );
                Assert.All(command.Options, option => Assert.EndsWith(".", option.Help, StringComparison.Ordinal));
            }
        );
    }

    private static bool IsException(string cmdlet, string parameter) =>
        Exceptions.Any(exception => exception.Cmdlet == cmdlet && exception.Parameter == parameter);

    private static IEnumerable<(string Name, Type Type, TimeSpan? Unit)> Parameters(string cmdlet)
    {
        var type = Surface.Cmdlets.Single(candidate => Surface.NameOf(candidate) == cmdlet);
        foreach (
            var property in type.GetProperties()
                .Where(property => property.IsDefined(typeof(ParameterAttribute), inherit: true))
        )
        {
            var duration = property.GetCustomAttributes(typeof(DurationAttribute), inherit: true);
            yield return (
                property.Name,
                Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType,
                duration is [DurationAttribute { Unit: var unit }] ? UnitOf(unit) : null
            );
        }

        if (Surface.Attribute(type).SupportsShouldProcess)
            yield return ("WhatIf", typeof(SwitchParameter), null);
    }

    private static TimeSpan UnitOf(DurationUnit unit) =>
        unit switch
        {
            DurationUnit.Days => TimeSpan.FromDays(1),
            DurationUnit.Minutes => TimeSpan.FromMinutes(1),
            _ => TimeSpan.FromSeconds(1),
        };
}
