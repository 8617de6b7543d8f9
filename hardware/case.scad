// A case for a Pi, its relay board and what faces the members: plates with fingers, glued or screwed.
// Low voltage only: no wire of mains ever enters it.
//
// Measure your own sheet, your own parts and your own laser's kerf, change the numbers, look (F5), then:
//     laser     python hardware/cut.py            writes case.svg from these same numbers
//     printer   openscad -D 'part="front"' -o front.stl hardware/case.scad, and so on for each plate
//
// One number a line, in millimetres: cut.py reads them from here.

width = 190;          // outside
height = 130;
depth = 75;
sheet = 3;            // thickness of the plates
kerf = 0.15;          // what the laser takes away, as wide as its cut
finger = 13;          // about as wide as one finger

pi_x = 12;            // where the Pi's lower left screw stands on the back plate, from the left
pi_y = 55;
pi_wide = 58;         // between the screws of a Pi 3, 4 or 5; a Zero has 58 by 23
pi_high = 49;
pi_screw = 2.9;       // M2.5 with room
relay_x = 108;        // the relay board on the back plate: measure yours
relay_y = 45;
relay_wide = 45;
relay_high = 33;
relay_screw = 3.2;

reader_x = 50;        // middle of the antenna, on the front plate
reader_y = 62;
reader_wide = 40;     // engraved, not cut: badges are read through wood and acrylic
display_x = 128;      // middle of the window: an OLED of 0.96 inch
display_y = 88;
display_wide = 24;
display_high = 13;
lamp_x = 128;
lamp_y = 62;
lamp = 8;
done_x = 113;         // button "I am done"
oops_x = 146;         // button "out of service"
buttons_y = 32;
button = 16;
buzzer_x = 165;
buzzer_y = 62;
buzzer = 1.6;         // one of five holes
slot_wide = 0;        // a slot for the badge in the top plate: 56 for one, 0 for none
slot_thick = 3;       // a badge with its clip
slot_y = 8;           // from the front

lid_screw = 3.2;      // the front is screwed to four blocks of wood in the corners, and comes off
lid_in = 9;           // these screws from the edges
gland = 12.5;         // M12 cable glands in the bottom plate
glands = 3;
vent_wide = 2;        // slits in the side plates
vent_long = 30;
vents = 5;

part = "all";         // "all", or one of: front back top bottom left right

module fingers(long, first) {
    // The notches of one edge along x: every other finger, beginning with the first or the second.
    count = 2 * floor(long / finger / 2) + 1;
    step = long / count;
    for (i = [first : 2 : count - 1]) translate([i * step, 0]) square([step, sheet]);
}

module plate(long, high, first_x, first_y) {
    // A plate with notches on all four edges.
    offset(delta = kerf / 2) difference() {
        square([long, high]);
        fingers(long, first_x);
        translate([0, high - sheet]) fingers(long, first_x);
        translate([sheet, 0]) rotate(90) fingers(high, first_y);
        translate([long, 0]) rotate(90) fingers(high, first_y);
    }
}

module hole(x, y, wide) { translate([x, y]) circle(d = wide - kerf, $fn = 48); }
module window(x, y, wide, high) { translate([x, y]) square([wide - kerf, high - kerf], center = true); }

module front() {
    difference() {
        plate(width, height, 1, 1);
        window(display_x, display_y, display_wide, display_high);
        hole(lamp_x, lamp_y, lamp);
        hole(done_x, buttons_y, button);
        hole(oops_x, buttons_y, button);
        for (i = [-1, 1]) { hole(buzzer_x + 4 * i, buzzer_y, buzzer); hole(buzzer_x, buzzer_y + 4 * i, buzzer); }
        hole(buzzer_x, buzzer_y, buzzer);
        for (x = [lid_in, width - lid_in], y = [lid_in, height - lid_in]) hole(x, y, lid_screw);
    }
}

module back() {
    difference() {
        plate(width, height, 1, 1);
        for (i = [0, 1], j = [0, 1]) {
            hole(pi_x + i * pi_wide, pi_y + j * pi_high, pi_screw);
            hole(relay_x + i * relay_wide, relay_y + j * relay_high, relay_screw);
        }
    }
}

module top() {
    difference() {
        plate(width, depth, 0, 1);
        if (slot_wide > 0) window(reader_x, slot_y, slot_wide, slot_thick);
    }
}

module bottom() {
    difference() {
        plate(width, depth, 0, 1);
        for (i = [1 : glands]) hole(width * i / (glands + 1), depth / 2, gland);
    }
}

module side() {
    difference() {
        plate(depth, height, 0, 0);
        for (i = [1 : vents]) window(depth * i / (vents + 1), height * 3 / 4, vent_wide, vent_long);
    }
}

module solid() { linear_extrude(sheet) children(); }

if (part == "front") solid() front();
else if (part == "back") solid() back();
else if (part == "top") solid() top();
else if (part == "bottom") solid() bottom();
else if (part == "left" || part == "right") solid() side();
else {
    color("tan") translate([0, sheet, 0]) rotate([90, 0, 0]) solid() front();
    color("tan") translate([0, depth, 0]) rotate([90, 0, 0]) solid() back();
    color("peru") translate([0, 0, height - sheet]) solid() top();
    color("peru") solid() bottom();
    color("sienna") rotate([90, 0, 90]) solid() side();
    color("sienna") translate([width - sheet, 0, 0]) rotate([90, 0, 90]) solid() side();
}
